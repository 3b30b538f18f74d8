// Reads an AuthenticationConfiguration as kube-apiserver does, and says who a token is.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	api "k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

func main() {
	config, err := os.ReadFile(os.Args[1])
	check(err)
	token, err := io.ReadAll(os.Stdin)
	check(err)
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	object, _, err := codecs.UniversalDecoder().Decode(config, nil, nil)
	check(err)
	jwt := object.(*api.AuthenticationConfiguration).JWT[0]
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	options := oidc.Options{JWTAuthenticator: jwt, SupportedSigningAlgs: []string{"RS256", "ES256"}}
	if authority := jwt.Issuer.CertificateAuthority; authority != "" {
		options.CAContentProvider = content(authority)
	}
	authenticator, err := oidc.New(ctx, options)
	check(err)
	for authenticator.HealthCheck() != nil && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
	answer, ok, err := authenticator.AuthenticateToken(ctx, string(token))
	check(err)
	if !ok {
		check(fmt.Errorf("the token is of another issuer"))
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"username": answer.User.GetName(), "groups": answer.User.GetGroups(),
	}))
}

type content string

func (authority content) CurrentCABundleContent() []byte { return []byte(authority) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
