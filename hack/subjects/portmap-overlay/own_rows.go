// A mend of ours, for the good counterpart of the plugin: it flushes the rows of its own mapping and no others.
package main

import (
	"net"

	"github.com/vishvananda/netlink"
)

// ownRows matches rows to the mapped port on an address that the mapping takes: the host address that it names, else any of the host's.
type ownRows struct {
	port   uint16
	hostIP net.IP
	local  []netlink.Addr
}

func (own ownRows) MatchConntrackFlow(flow *netlink.ConntrackFlow) bool {
	if flow.Forward.Protocol != 17 || flow.Forward.DstPort != own.port {
		return false
	}
	destination := flow.Forward.DstIP
	if own.hostIP != nil && !own.hostIP.IsUnspecified() {
		return destination.Equal(own.hostIP)
	}
	if destination.IsLoopback() {
		return true
	}
	for _, address := range own.local {
		if address.IP.Equal(destination) {
			return true
		}
	}
	return false
}

func deleteOwnRows(mapping PortMapEntry, family netlink.InetFamily) error {
	local, err := netlink.AddrList(nil, int(family))
	if err != nil {
		return err
	}
	own := ownRows{port: uint16(mapping.HostPort), hostIP: net.ParseIP(mapping.HostIP), local: local}
	_, err = netlink.ConntrackDeleteFilters(netlink.ConntrackTable, family, own)
	return err
}
