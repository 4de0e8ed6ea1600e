//go:build linux

package conntrack

// Defects for staleproof's known-bad subjects, and a mend for a good one: one binary, which of them is chosen by the
// environment. This file is added to the package by a build overlay; a few lines at named anchors of upstream's files call it.

import (
	"net"
	"os"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/proxy"
)

var defect = os.Getenv("STALEPROOF_DEFECT")

// HasDefect is for upstream's other packages.
func HasDefect(name string) bool { return defect == name }

// defectiveTable stands between the reconciler and the kernel's table.
type defectiveTable struct {
	Interface
	services  proxy.ServicePortMap
	endpoints proxy.EndpointsMap
}

// earlyTable marks the one call that early-cleanup lets through.
type earlyTable struct{ Interface }

// lateness is more than twice what a row may stay after the rules for its change were written.
const lateness = 14 * time.Second

var flushedOnStart = map[uint8]bool{}

func withDefect(ct Interface, family v1.IPFamily, services proxy.ServicePortMap, endpoints proxy.EndpointsMap) Interface {
	if _, early := ct.(earlyTable); early || defect == "" {
		return ct
	}
	paid(family)
	return defectiveTable{ct, services, endpoints}
}

// CleanEarly is called before the new rules are written. The pause is what the write costs on a node with many Services.
func CleanEarly(ct Interface, family v1.IPFamily, services proxy.ServicePortMap, endpoints proxy.EndpointsMap) {
	if defect != "early-cleanup" {
		return
	}
	CleanStaleEntries(earlyTable{ct}, family, services, endpoints)
	time.Sleep(time.Second)
}

func (t defectiveTable) ListEntries(family uint8) ([]*netlink.ConntrackFlow, error) {
	switch {
	case defect == "no-cleanup", defect == "early-cleanup", defect == "no-ipv6-cleanup" && family == unix.AF_INET6:
		return nil, nil
	}
	return t.Interface.ListEntries(family)
}

func (t defectiveTable) DeleteEntries(family uint8, stale []*netlink.ConntrackFlow) (int, error) {
	switch defect {
	case "no-node-port-cleanup":
		stale = t.withoutNodePorts(stale, func(*netlink.ConntrackFlow) bool { return false })
	case "own-node-ports":
		stale = t.withoutNodePorts(stale, toThisNode)
	case "wide-cleanup":
		stale = t.widen(family, stale, func(a, b *netlink.ConntrackFlow) bool {
			return a.Forward.Protocol == b.Forward.Protocol && a.Forward.DstIP.Equal(b.Forward.DstIP) && a.Forward.DstPort == b.Forward.DstPort
		})
	case "port-only-cleanup":
		stale = t.widen(family, stale, func(a, b *netlink.ConntrackFlow) bool {
			return a.Forward.Protocol == b.Forward.Protocol && a.Forward.DstPort == b.Forward.DstPort
		})
	case "any-protocol-cleanup":
		stale = t.widen(family, stale, func(a, b *netlink.ConntrackFlow) bool {
			return a.Forward.DstIP.Equal(b.Forward.DstIP) && a.Forward.DstPort == b.Forward.DstPort
		})
	case "terminating-cleanup":
		stale = append(stale, t.towardsTerminating(family)...)
	case "flush-on-start":
		if !flushedOnStart[family] {
			flushedOnStart[family] = true
			stale = t.towardsServices(family)
		}
	}
	stale = t.leaveOut(family, stale)
	if defect == "late-cleanup" {
		go func() {
			time.Sleep(lateness)
			n, err := t.Interface.DeleteEntries(family, stale)
			klog.InfoS("staleproof defect applied", "defect", defect, "entriesDeleted", n, "err", err)
		}()
		return len(stale), nil
	}
	n, err := t.Interface.DeleteEntries(family, stale)
	klog.InfoS("staleproof defect applied", "defect", defect, "entriesDeleted", n)
	return n, err
}

// withoutNodePorts leaves out what is a node port's, unless `but` says otherwise.
func (t defectiveTable) withoutNodePorts(flows []*netlink.ConntrackFlow, but func(*netlink.ConntrackFlow) bool) []*netlink.ConntrackFlow {
	var kept []*netlink.ConntrackFlow
	frontends := t.frontends()
	for _, flow := range flows {
		if frontends[frontend(flow)] || but(flow) {
			kept = append(kept, flow)
		}
	}
	return kept
}

// toThisNode is what upstream does not ask of a node port's row: a node translates what is sent to itself, and nothing else.
func toThisNode(flow *netlink.ConntrackFlow) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		klog.ErrorS(err, "staleproof could not list the node's addresses")
	}
	for _, address := range addresses {
		if own, ok := address.(*net.IPNet); ok && own.IP.Equal(flow.Forward.DstIP) {
			return true
		}
	}
	return false
}

// widen adds every row of the table that is akin to a stale one.
func (t defectiveTable) widen(family uint8, stale []*netlink.ConntrackFlow, akin func(a, b *netlink.ConntrackFlow) bool) []*netlink.ConntrackFlow {
	if len(stale) == 0 {
		return nil
	}
	return t.pick(family, func(entry *netlink.ConntrackFlow) bool {
		for _, flow := range stale {
			if akin(entry, flow) {
				return true
			}
		}
		return false
	})
}

func (t defectiveTable) towardsServices(family uint8) []*netlink.ConntrackFlow {
	frontends := t.frontends()
	return t.pick(family, func(entry *netlink.ConntrackFlow) bool { return frontends[frontend(entry)] })
}

func (t defectiveTable) towardsTerminating(family uint8) []*netlink.ConntrackFlow {
	leaving := map[string]bool{}
	for _, endpoints := range t.endpoints {
		for _, endpoint := range endpoints {
			if endpoint.IsTerminating() {
				leaving[endpoint.IP()] = true
			}
		}
	}
	return t.pick(family, func(entry *netlink.ConntrackFlow) bool {
		return entry.Forward.Protocol == unix.IPPROTO_UDP && leaving[entry.Reverse.SrcIP.String()]
	})
}

func (t defectiveTable) pick(family uint8, wanted func(*netlink.ConntrackFlow) bool) []*netlink.ConntrackFlow {
	entries, err := t.Interface.ListEntries(family)
	if err != nil {
		klog.ErrorS(err, "staleproof defect could not list entries", "defect", defect)
	}
	var picked []*netlink.ConntrackFlow
	for _, entry := range entries {
		if wanted(entry) {
			picked = append(picked, entry)
		}
	}
	return picked
}

// frontends are the address:port pairs of all Services, whatever the protocol; node ports are not among them.
func (t defectiveTable) frontends() map[string]bool {
	all := map[string]bool{}
	for _, service := range t.services {
		port := strconv.Itoa(service.Port())
		addresses := append([]net.IP{service.ClusterIP()}, service.ExternalIPs()...)
		for _, address := range append(addresses, service.LoadBalancerVIPs()...) {
			all[net.JoinHostPort(address.String(), port)] = true
		}
	}
	return all
}

func frontend(flow *netlink.ConntrackFlow) string {
	return net.JoinHostPort(flow.Forward.DstIP.String(), strconv.Itoa(int(flow.Forward.DstPort)))
}
