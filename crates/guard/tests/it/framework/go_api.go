// Routes in Go's net/http, as it comes: each says that it matched, and what it read.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

type transfer struct {
	From string `json:"from"`
	Role string `json:"role"`
}

func transfers(answer http.ResponseWriter, request *http.Request) {
	// whose, wherever it is said
	said := transfer{From: request.FormValue("from"), Role: request.FormValue("role")}
	err := json.NewDecoder(request.Body).Decode(&said)
	if err != nil && !errors.Is(err, io.EOF) {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	value := said.From
	if said.Role != "" {
		value += " as " + said.Role
	}
	tell(answer, request.Method, value)
}

func caller(answer http.ResponseWriter, request *http.Request) {
	tell(answer, "caller", request.Header.Get("Airside-Subject"))
}

func tell(answer http.ResponseWriter, route, value string) {
	said := map[string]string{"route": route}
	if value != "" {
		said["value"] = value
	}
	answer.Header().Set("Content-Type", "application/json")
	json.NewEncoder(answer).Encode(said)
}

func main() {
	http.HandleFunc("/transfers", transfers)
	http.HandleFunc("/forms", transfers)
	http.HandleFunc("/caller", caller)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr(), "net/http")
	panic(http.Serve(listener, nil))
}
