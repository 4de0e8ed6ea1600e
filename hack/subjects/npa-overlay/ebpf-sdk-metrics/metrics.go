// Package metrics stands in for the program-load counters of a newer ebpf-sdk: the one that is linked never retries a load.
package metrics

// ProgLoadEAGAINRetries counts retried loads.
func ProgLoadEAGAINRetries() uint64 { return 0 }

// ProgLoadEAGAINExhausted counts loads given up after retries.
func ProgLoadEAGAINExhausted() uint64 { return 0 }
