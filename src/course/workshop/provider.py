"""Sign-in by an OAuth provider: what a facilitator writes down of it, and where that is kept.

A file of lines KEY=VALUE, somewhere outside of the clone, is read once; then a Secret of the room's cluster has it.
The keys are those that oauthenticator reads from its environment (oauthenticator 17.4, oauth2.py), and three of ours.
"""

from pathlib import Path

from course.base import paths
from course.base.errors import CourseError

NEEDED = {
    "OAUTH_CLIENT_ID": "the provider's name of the room",
    "OAUTH_CLIENT_SECRET": "the secret that it gave with it",
    "OAUTH2_AUTHORIZE_URL": "where browsers are sent to sign in",
    "OAUTH2_TOKEN_URL": "where the hub gets a token",
    "OAUTH2_USERDATA_URL": "where the hub asks who it is",
    "OAUTH_ADMIN": "your name there: you are the facilitator",
    "OAUTH_ALLOWED": "names there of who may come in, by commas; * for all that the provider knows",
}
POSSIBLE = {
    "OAUTH2_USERNAME_KEY": "which field of the answer is the name; username if you say nothing",
    "OAUTH_SCOPE": "what is asked for, by spaces, such as openid profile",
    "OAUTH_CALLBACK_URL": "the room's address and /hub/oauth_callback, where the hub does not see its own address",
    "LOGIN_SERVICE": "what the sign-in page calls it",
}
EXAMPLE = "./course workshop up --seats 2 --oauth ~/provider.env"


def read(file: Path) -> dict[str, str]:
    """The settings of a file. CourseError for one that cannot be read, lies in the clone, or lacks a key."""
    if file.resolve().is_relative_to(paths.ROOT.resolve()):
        raise CourseError(
            f"{file} lies in this clone.", "It holds a secret, and what lies here may be committed.", f"mv {file} ~/"
        )
    try:
        lines = file.read_text("utf-8-sig").splitlines()  # some editors begin a file with a mark of its encoding
    except (OSError, UnicodeDecodeError) as reason:
        raise CourseError(f"{file} cannot be read.", str(reason), EXAMPLE) from None
    pairs = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    settings = {key.strip(): value.strip() for key, _, value in pairs}
    if strange := sorted(set(settings) - NEEDED.keys() - POSSIBLE.keys()):
        raise CourseError(f"{file} has what no hub reads: {', '.join(strange)}.", "", f"take it out of {file}")
    if missing := [key for key in NEEDED if not settings.get(key)]:
        why = "; ".join(f"{key}: {NEEDED[key]}" for key in missing)
        raise CourseError(f"{file} has no {', no '.join(missing)}.", f"{why}.", f"add it to {file}, a line each")
    return {"LOGIN_SERVICE": "OAuth 2.0"} | settings
