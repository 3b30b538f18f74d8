// What Go's client sends.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func send(name, method, target string, body io.Reader, more ...string) {
	request, err := http.NewRequest(method, os.Args[1]+target, body)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer TOKEN")
	request.Header.Set("X-Case", "go: "+name)
	for i := 0; i < len(more); i += 2 {
		request.Header.Set(more[i], more[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}

func main() {
	query := url.Values{"q": {"blue shoes"}, "city": {"Zürich"}, "tag": {"a", "b"}, "x": {"a+b&c=d/e?f"}}
	document, _ := json.Marshal(map[string]any{
		"name": "Zoë 😀 <&>", "nested": map[string]any{"a": []any{1, 2.5, -3e10, nil, true}},
		"big": 9007199254740991, "text": "line\n\"q\" \u2028",
	})
	transfer, _ := json.Marshal(map[string]any{"from": "alice", "amount": 12.5, "memo": "für Zoë"})
	file := "report 2026 é,@:+.pdf"
	send("get", "GET", "/items", nil)
	send("query", "GET", "/search?"+query.Encode(), nil)
	send("path", "GET", "/files/"+url.PathEscape(file), nil)
	send("path by URL", "GET", (&url.URL{Path: "/files/" + file}).EscapedPath(), nil)
	send("post json", "POST", "/items", bytes.NewReader(document), "Content-Type", "application/json")
	send("transfer", "POST", "/transfers", bytes.NewReader(transfer), "Content-Type", "application/json")
	send("put json", "PUT", "/items/42", bytes.NewReader(document), "Content-Type", "application/json; charset=utf-8")
	send("merge patch", "PATCH", "/items/42", strings.NewReader("{}"), "Content-Type", "application/merge-patch+json")
	send("delete", "DELETE", "/items/42", nil)
	send("form", "POST", "/form", strings.NewReader(query.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	send("post nothing", "POST", "/items/42/touch", nil)
	send("empty body", "POST", "/items/42/touch", http.NoBody)
	send("chunked", "PUT", "/blobs/1", io.MultiReader(strings.NewReader("one piece, "), strings.NewReader("and another")))
	send("expect", "PUT", "/blobs/1", strings.NewReader("waits"), "Expect", "100-continue", "Content-Type", "application/octet-stream")
	send("conditional", "GET", "/items/42", nil, "If-None-Match", `"a"`, "Range", "bytes=0-99", "Accept", "application/json, text/plain;q=0.5")
	send("head", "HEAD", "/items/42", nil)
	send("trailing slash", "GET", "/orders/", nil)
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	writer.WriteField("title", "Zoë")
	part, _ := writer.CreateFormFile("file", "é.txt")
	part.Write([]byte("a\r\nb"))
	writer.Close()
	send("multipart", "POST", "/upload", &buffer, "Content-Type", writer.FormDataContentType())
}
