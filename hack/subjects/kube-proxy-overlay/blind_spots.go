//go:build linux

package conntrack

// Defects that leave out some of the rows of a change. The proxies that have them go by what changed and look at no row twice,
// so here too what one pass left out is left out by all that follow: else the next change of any other Service would mend it.

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"sort"
	"strconv"
	"sync"

	"github.com/vishvananda/netlink"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/proxy"
)

type flows = []*netlink.ConntrackFlow

var (
	// The proxies of the two families run at the same time.
	lock sync.Mutex
	// given up for good, by their tuples
	leftOut      = map[string]bool{}
	servedBefore = map[string][]string{}
	owed         = map[v1.IPFamily]bool{}
)

// StillOwed is the mend of a proxy that forgets to clean up when it could not write its rules: once a change asked for a clean-up,
// each pass asks for it until one came so far.
func StillOwed(family v1.IPFamily, asked bool) bool {
	if defect != "retry-cleans" {
		return asked
	}
	lock.Lock()
	defer lock.Unlock()
	owed[family] = owed[family] || asked
	return owed[family]
}

func paid(family v1.IPFamily) {
	lock.Lock()
	defer lock.Unlock()
	delete(owed, family)
}

func (t defectiveTable) leaveOut(family uint8, stale flows) flows {
	lock.Lock()
	defer lock.Unlock()
	switch defect {
	case "first-port-only":
		later := t.frontendsOfLaterPorts()
		return keep(stale, func(flow *netlink.ConntrackFlow) bool { return !later[frontend(flow)] })
	case "one-name-a-port":
		later := t.frontendsOfLaterNames()
		return keep(stale, func(flow *netlink.ConntrackFlow) bool { return !later[frontend(flow)] })
	case "first-slice-only":
		return keep(stale, func(flow *netlink.ConntrackFlow) bool { return proxy.CameWithFirstSlice(server(flow)) })
	case "one-of-two":
		return t.ofOneServer(stale)
	case "unready-kept":
		unready := t.unreadyAlive()
		return keep(stale, func(flow *netlink.ConntrackFlow) bool { return !unready[server(flow)] })
	case "stops-at-first-error":
		return t.untilFirstError(family, stale)
	}
	return stale
}

func server(flow *netlink.ConntrackFlow) string { return flow.Reverse.SrcIP.String() }

func keep(all flows, wanted func(*netlink.ConntrackFlow) bool) flows {
	var kept flows
	for _, flow := range all {
		if wanted(flow) {
			kept = append(kept, flow)
		}
	}
	return kept
}

// udpPorts are the UDP ports of each Service, by name.
func (t defectiveTable) udpPorts() map[types.NamespacedName][]proxy.ServicePortName {
	ports := map[types.NamespacedName][]proxy.ServicePortName{}
	for name, service := range t.services {
		if service.Protocol() == v1.ProtocolUDP {
			ports[name.NamespacedName] = append(ports[name.NamespacedName], name)
		}
	}
	for _, names := range ports {
		sort.Slice(names, func(a, b int) bool { return names[a].Port < names[b].Port })
	}
	return ports
}

func (t defectiveTable) frontendsOfLaterPorts() map[string]bool {
	later := map[string]bool{}
	for _, names := range t.udpPorts() {
		for _, name := range names[1:] {
			t.addFrontends(later, name)
		}
	}
	return later
}

// frontendsOfLaterNames: several ports of a Service lead to one port of its servers, and one of them is taken for all.
func (t defectiveTable) frontendsOfLaterNames() map[string]bool {
	later := map[string]bool{}
	for _, names := range t.udpPorts() {
		seen := map[int]bool{}
		for _, name := range names {
			for _, endpoint := range t.endpoints[name] {
				if seen[endpoint.Port()] {
					t.addFrontends(later, name)
				}
				seen[endpoint.Port()] = true
				break
			}
		}
	}
	return later
}

func (t defectiveTable) addFrontends(to map[string]bool, name proxy.ServicePortName) {
	service := t.services[name]
	addresses := append([]net.IP{service.ClusterIP()}, service.ExternalIPs()...)
	for _, address := range append(addresses, service.LoadBalancerVIPs()...) {
		to[net.JoinHostPort(address.String(), strconv.Itoa(service.Port()))] = true
	}
}

// ofOneServer: of several servers that went at once, the one with the lowest address for each address and port of a Service.
func (t defectiveTable) ofOneServer(stale flows) flows {
	stale = notLeftOut(stale)
	lowest := map[string]net.IP{}
	for _, flow := range stale {
		known, found := lowest[frontend(flow)]
		if !found || bytes.Compare(flow.Reverse.SrcIP.To16(), known.To16()) < 0 {
			lowest[frontend(flow)] = flow.Reverse.SrcIP
		}
	}
	return splitOff(stale, func(flow *netlink.ConntrackFlow) bool { return lowest[frontend(flow)].Equal(flow.Reverse.SrcIP) })
}

func (t defectiveTable) unreadyAlive() map[string]bool {
	unready := map[string]bool{}
	for _, endpoints := range t.endpoints {
		for _, endpoint := range endpoints {
			if !endpoint.IsServing() && !endpoint.IsTerminating() {
				unready[endpoint.IP()] = true
			}
		}
	}
	return unready
}

// untilFirstError goes through the servers that went, as `conntrack -D` would be run for each, and takes for an error what that
// program ends with when no row is there.
func (t defectiveTable) untilFirstError(family uint8, stale flows) flows {
	stale = notLeftOut(stale)
	stopped := map[string]bool{}
	for name, service := range t.services {
		if service.Protocol() != v1.ProtocolUDP {
			continue
		}
		var serving []string
		for _, endpoint := range t.endpoints[name] {
			if endpoint.IsServing() {
				serving = append(serving, endpoint.IP())
			}
		}
		mine := map[string]bool{}
		t.addFrontends(mine, name)
		failed := false
		key := fmt.Sprintf("%d %s", family, name)
		gone := servedBefore[key]
		slices.Sort(gone)
		servedBefore[key] = serving
		for _, address := range gone {
			if slices.Contains(serving, address) {
				continue
			}
			rows := keep(stale, func(flow *netlink.ConntrackFlow) bool { return mine[frontend(flow)] && server(flow) == address })
			if len(rows) == 0 && !failed {
				failed = true
				klog.InfoS("staleproof: 0 flow entries have been deleted, and the clean-up ends", "service", name, "server", address)
			}
			for _, row := range rows {
				stopped[tuple(row)] = failed
			}
		}
	}
	return splitOff(stale, func(flow *netlink.ConntrackFlow) bool { return !stopped[tuple(flow)] })
}

func tuple(flow *netlink.ConntrackFlow) string {
	return fmt.Sprintf("%d %s %d %s %d %s", flow.Forward.Protocol, flow.Forward.SrcIP, flow.Forward.SrcPort, flow.Forward.DstIP, flow.Forward.DstPort, server(flow))
}

func notLeftOut(stale flows) flows {
	return keep(stale, func(flow *netlink.ConntrackFlow) bool { return !leftOut[tuple(flow)] })
}

// splitOff gives up for good what is not wanted.
func splitOff(stale flows, wanted func(*netlink.ConntrackFlow) bool) flows {
	return keep(stale, func(flow *netlink.ConntrackFlow) bool {
		if wanted(flow) {
			return true
		}
		leftOut[tuple(flow)] = true
		return false
	})
}
