// A grpc-gateway in front of a server of ours: the reference for our JSON API.
// The package gen is generated from proto/ when it is built; scripts/lib/go-gateway.mjs does both.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	// Without them the details of an error could not be printed.
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"

	gen "cutroom.test/gateway/gen/cutroom/v1"
)

func main() {
	target := flag.String("grpc", "", "host:port of the gRPC server")
	flag.Parse()

	// Since v2.33 a gateway takes Grpc-Metadata- headers only when told to. Our server takes them: its callers reach the gRPC port, and may set
	// there what he likes.
	mux := runtime.NewServeMux(runtime.WithLegacyHeaderMatching())
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if err := gen.RegisterTaskServiceHandlerFromEndpoint(context.Background(), mux, *target, options); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	// The one line that its starter waits for.
	fmt.Println(listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}
