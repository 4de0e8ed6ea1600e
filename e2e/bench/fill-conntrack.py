#!/usr/bin/env python3
"""Fills the conntrack table of this network namespace with translated UDP rows: ROWS SERVICES. Backend addresses are 10.244.x.y:8080.

For the benchmark of a look at rows; runs in a namespace of its own.
"""
import socket
import struct
import sys

rows, services = int(sys.argv[1]), int(sys.argv[2])
BATCH = 200


def attribute(kind, value):
    return struct.pack("=HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)


def conntrack_tuple(kind, source, destination, sport, dport):
    address = attribute(0x8001, attribute(1, source) + attribute(2, destination))
    ports = attribute(1, b"\x11") + attribute(2, struct.pack("!H", sport)) + attribute(3, struct.pack("!H", dport))
    return attribute(0x8000 | kind, address + attribute(0x8002, ports))


def ip(number):
    return struct.pack("!I", number)


netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
netlink.bind((0, 0))
batch = b""
for index in range(rows):
    service = index % services
    client, sport = ip((10 << 24) + (200 << 16) + index // 50000), 1024 + index % 50000
    virtual, backend = ip((10 << 24) + (96 << 16) + 256 + service), ip((10 << 24) + (244 << 16) + 256 + service)
    body = struct.pack("=BBH", 2, 0, 0)
    body += conntrack_tuple(1, client, virtual, sport, 53) + conntrack_tuple(2, backend, client, 8080, sport)
    # Seen by both sides, and confirmed.
    body += attribute(3, struct.pack("!I", 0xE)) + attribute(7, struct.pack("!I", 600))
    # Create, exclusively; the last one of a batch is acknowledged.
    last = index % BATCH == BATCH - 1 or index == rows - 1
    flags = 0x1 | 0x400 | 0x200 | (0x4 if last else 0)
    batch += struct.pack("=IHHII", len(body) + 16, 256, flags, index, 0) + body
    if last:
        netlink.send(batch)
        batch = b""
        answer = netlink.recv(65536)
        error = struct.unpack_from("=i", answer, 16)[0]
        if error != 0:
            sys.exit(f"row {index}: error {-error}")
