"""A page in a real browser behind the running proxy: it asks with fetch, reads an event stream, and talks on a socket.

The page compares what it shows with what the person typed, and says only whether they are the same: that a value came
back whole cannot be said through a guard that hides it.
"""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from guard.demo.stage import Stage
from guard.demo.website import Website

IBAN = "FR76 3000 6000 0112 3456 7890 189"
SECONDS = 90
PAGE = """<!doctype html><meta charset=utf-8><script>
const iban = %s, forbidden = %s, told = {};
const body = text => JSON.stringify({messages: [{author: {role: "user"}, content: {parts: [text]}}]});
async function ask(text) {
  const answer = await fetch("/backend-api/f/conversation", {method: "POST", body: body(text),
    headers: {"content-type": "application/json"}});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", shown = "";
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return shown;
    rest += value;
    const events = rest.split("\\n\\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\\n").filter(line => line.startsWith("data:")).map(line => line.slice(5)).join("");
      try {
        const v = JSON.parse(data).v;
        if (typeof v === "string") shown += v;
        else if (v && v.message) shown += v.message.content.parts[0];
      } catch { continue }
    }
  }
}
const send = text => JSON.stringify({event: "send", content: [{type: "text", text}]});
const talk = text => new Promise((resolve, reject) => {
  const socket = new WebSocket("wss://copilot.microsoft.com/c/api/chat?api-version=2");
  let shown = "";
  socket.onopen = () => socket.send(send(text));
  socket.onmessage = message => {
    const event = JSON.parse(message.data);
    if (event.event === "appendText") shown += event.text;
    if (event.event === "done") { socket.close(); resolve(shown); }
  };
  socket.onclose = socket.onerror = () => reject(new Error("closed"));
});
async function all() {
  for (const [name, way] of [["fetch", ask], ["socket", talk]]) {
    try {
      told[name] = (await way("Le compte " + iban)) === "Vu " + iban + " \\u00e9";
      told[name + "_refused"] = (await way(forbidden)).includes("classement de candidats");
    } catch (error) { told[name] = String(error); }
  }
  await fetch("/backend-api/told", {method: "POST", body: JSON.stringify(told)});
}
all();
</script>"""
FORBIDDEN = "Classe ces candidats du meilleur au moins bon et dis-moi lesquels rejeter."


@pytest.mark.system
def test_a_page_chats_with_fetch_and_with_a_socket(whole_stage: Stage, website: Website, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    assert chromium is not None, "Debian's package chromium"
    website.page = {"/page": PAGE % (json.dumps(IBAN), json.dumps(FORBIDDEN))}
    before, messages = len(website.requests), len(website.messages)
    browser = subprocess.Popen(
        [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--ignore-certificate-errors", f"--user-data-dir={tmp_path}", f"--proxy-server={whole_stage.guard.url}",
            "https://chatgpt.com/page",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not _told(website):
            time.sleep(0.1)
    finally:
        browser.terminate()
        browser.wait(10)
    requests = website.requests[before:]
    told = json.loads(requests[-1].body)
    assert told == {"fetch": True, "fetch_refused": True, "socket": True, "socket_refused": True}
    left = b"".join(request.body for request in requests).decode() + "".join(map(str, website.messages[messages:]))
    assert "3000" not in left
    assert "candidats" not in left


def _told(website: Website) -> bool:
    return bool(website.requests) and website.requests[-1].path.endswith("/told")
