"""Participants of a room, as their browsers speak to the hub."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from playwright.sync_api import Page

from course.workshop import hub

PASSWORD = "a password of her own"  # noqa: S105


@dataclass
class Browser:
    """One participant's browser."""

    room: hub.Room
    name: str
    session: requests.Session = field(default_factory=requests.Session)
    desk: str = ""  # the hub's name of it, where that is another

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.room.address}{path}", timeout=20)

    def sign_in(self, code: str, password: str = PASSWORD, to: str = "?next=%2Fhub%2Fspawn") -> requests.Response:
        """As the form of the sign-in page does it. to: what stands behind its address."""
        form = self.get("/hub/login").text
        token = re.search(r'name="_xsrf" value="([^"]+)"', form)
        assert token, form
        data = {"username": self.name, "password": password, "otp": code, "_xsrf": token[1]}
        return self.session.post(f"{self.room.address}/hub/login{to}", data=data, timeout=60)

    def works(self) -> bool:
        """Whether JupyterLab of the desk answers, by its address, to its owner."""
        try:
            page = self.get(f"/user/{self.desk or self.name}/lab")
        except requests.RequestException:  # the proxy, or the desk behind it, is not there
            return False
        return page.status_code == 200 and "jupyter-config-data" in page.text

    def spawn(self) -> None:
        """Ask for the desk, as the button does that starts one; where it is there, nothing happens."""
        with suppress(requests.RequestException):
            self.get("/hub/spawn")


def sign_in(page: Page, room: hub.Room, name: str, password: str, to: str) -> None:
    """As a person does it, in a real browser; by name and password alone, so somebody who was there before."""
    page.goto(f"{room.address}/hub/login?next={to}")
    page.fill("#username_input", name)
    page.fill("#password_input", password)
    page.click("#login_submit")
