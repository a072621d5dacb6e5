"""CoreDNS's log lines and the Corefile that makes them; lines as CoreDNS 1.14.6 wrote them."""

from course.dns import querylog

COREFILE = ".:53 {\n    errors\n    health {\n       lameduck 5s\n    }\n}\n"
LOG = """\
.:53
[INFO] plugin/reload: Running configuration SHA512 = a71c0f004e
[INFO] 10.244.0.9:58035 - 53839 "AAAA IN database.shop.svc.cluster.local. udp 49 false 512" \
NOERROR qr,aa,rd 223 0.001455502s
[INFO] 10.244.0.9:58035 - 53069 "A IN database.shop.svc.cluster.local. udp 49 false 512" \
NOERROR qr,aa,rd 284 0.002010397s
[INFO] 10.244.0.9:58035 - 53069 "A IN database.shop.svc.cluster.local. udp 49 false 512" \
NOERROR qr,aa,rd 284 0.000910397s
[INFO] 10.244.0.9:47956 - 64168 "A IN api.example.com.shop.svc.cluster.local. udp 56 false 512" \
NXDOMAIN qr,aa,rd 149 0.000545831s
"""


def test_each_question_is_read_and_a_packet_sent_again_counts_once() -> None:
    found = querylog.parse(LOG)
    assert [(question.kind, question.name, question.status) for question in found] == [
        ("AAAA", "database.shop.svc.cluster.local.", "NOERROR"),
        ("A", "database.shop.svc.cluster.local.", "NOERROR"),
        ("A", "api.example.com.shop.svc.cluster.local.", "NXDOMAIN"),
    ]
    assert found[0].client == "10.244.0.9:58035"


def test_the_log_is_switched_on_in_each_block_and_once_only() -> None:
    twice = querylog.with_log(querylog.with_log(COREFILE + COREFILE))
    assert twice.count("    errors\n    log\n") == twice.count("log") == 2


def test_switching_it_off_brings_the_corefile_back() -> None:
    assert querylog.without_log(querylog.with_log(COREFILE)) == COREFILE
