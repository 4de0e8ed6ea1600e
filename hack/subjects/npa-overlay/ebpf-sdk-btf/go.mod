module github.com/aws/aws-ebpf-sdk-go/pkg/btf

go 1.26.0
