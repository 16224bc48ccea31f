// Decodes each document of Kubernetes manifests into the API's own type, strictly: a name that the
// type has not, or has twice, fails.
//
//	strict FILE...
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func check(decoder runtime.Decoder, file string) (count int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	buffer := make([]byte, len(text)+1)
	for {
		size, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		count++
		if _, _, err := decoder.Decode(buffer[:size], nil, nil); err != nil {
			return count, fmt.Errorf("%s, document %d: %w", file, count, err)
		}
	}
}

func main() {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1.AddToScheme, batch.AddToScheme, core.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	passed := 0
	for _, file := range os.Args[1:] {
		count, err := check(decoder, file)
		if err != nil {
			fmt.Printf("FAILED %v\n%d passed, 1 failed, 0 skipped\n", err, passed)
			os.Exit(1)
		}
		passed += count
	}
	fmt.Printf("%d passed, 0 failed, 0 skipped\n", passed)
}
