package proxy

// For the defects of staleproof's known-bad subjects: which EndpointSlice an address came with. Added by a build overlay.

import (
	"sync"

	discovery "k8s.io/api/discovery/v1"
)

var (
	slicesLock  sync.Mutex
	firstSlices = map[string]string{}
	sliceOf     = map[string]string{}
)

func noteSlice(slice *discovery.EndpointSlice) {
	slicesLock.Lock()
	defer slicesLock.Unlock()
	service := slice.Namespace + "/" + slice.Labels[discovery.LabelServiceName]
	if firstSlices[service] == "" {
		firstSlices[service] = slice.Name
	}
	place := "later"
	if firstSlices[service] == slice.Name {
		place = "first"
	}
	for _, endpoint := range slice.Endpoints {
		for _, address := range endpoint.Addresses {
			sliceOf[address] = place
		}
	}
}

// CameWithFirstSlice is true for an address that no slice has named.
func CameWithFirstSlice(address string) bool {
	slicesLock.Lock()
	defer slicesLock.Unlock()
	return sliceOf[address] != "later"
}
