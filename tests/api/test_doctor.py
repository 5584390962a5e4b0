"""How the installation is, over HTTP: for whoever runs the platform."""

from typing import Any

from infra.runtime.doctor import CHECKS

PATH = "/api/dev/doctor"


def test_whoever_runs_the_platform_hears_of_every_check(platform: Any) -> None:
    findings = platform.get(PATH).data
    assert [one["check"] for one in findings] == list(CHECKS)
    by_check = {one["check"]: one for one in findings}
    assert by_check["row-level security"]["status"] == "ok"
    # The server of the tests does not wait for the disk.
    assert by_check["writes reach the disk"]["status"] == "fail"
    assert by_check["writes reach the disk"]["mend"]


def test_nobody_of_a_company_does(shop: Any) -> None:
    assert shop.client().get(PATH).status == 403
