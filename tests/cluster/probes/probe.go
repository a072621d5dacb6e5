// Asks Go's own resolver for the IPv4 address of a name. Built by test_ask_resolvers.py.
package main

import (
	"context"
	"net"
	"os"
)

func main() {
	resolver := net.Resolver{PreferGo: true}
	if _, err := resolver.LookupNetIP(context.Background(), "ip4", os.Args[1]); err != nil {
		os.Exit(1)
	}
}
