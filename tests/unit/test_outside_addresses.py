"""The standby address of the outside world is another one of the same subnet.

That holds wherever in it the engine put the container.
"""

import ipaddress
import subprocess
import sys

import pytest

from course.base import paths

PROGRAM = paths.CLUSTER_FOLDER / "outside" / "bin" / "outside-addresses"


@pytest.mark.parametrize("network", ["10.89.0.0/24", "172.18.0.0/16", "192.168.5.0/28"])
def test_the_standby_is_in_the_subnet_and_nobody_elses(network: str) -> None:
    subnet = ipaddress.IPv4Network(network)
    hosts = list(subnet.hosts())
    for address in [*hosts[1:8], *hosts[len(hosts) // 2 - 3 : len(hosts) // 2 + 4], *hosts[-3:]]:
        printed = subprocess.check_output([sys.executable, PROGRAM, f"{address}/{subnet.prefixlen}"], text=True)
        values = dict(line.split("=") for line in printed.split())
        standby = ipaddress.IPv4Address(values["STANDBY"])
        assert values["ADDRESS"] == str(address) and values["PREFIX"] == str(subnet.prefixlen)
        assert standby in hosts[1:] and standby != address, f"{address} got {standby}"
