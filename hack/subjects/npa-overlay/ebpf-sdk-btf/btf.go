// Package btf stands in for the question of a newer ebpf-sdk, whether the running kernel has functions that programs may call.
package btf

import (
	"bytes"
	"fmt"
	"os"
)

// CheckKfuncs reports the first of these names that the kernel's type information lacks.
func CheckKfuncs(names []string) error {
	types, err := os.ReadFile("/sys/kernel/btf/vmlinux")
	if err != nil {
		return err
	}
	for _, name := range names {
		if !bytes.Contains(types, []byte("\x00"+name+"\x00")) {
			return fmt.Errorf("the kernel's type information has no %s", name)
		}
	}
	return nil
}
