airside token get --client bank-api --secret SECRET --scope accounts:read --raw > token.txt
