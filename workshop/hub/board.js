// The rows as the service makes them, put into the page whenever they are others. What has the focus keeps it.
const rows = document.getElementById("rows");
const live = document.getElementById("live");
const LOST = "Not live: the hub does not answer. It is asked again; if this lasts, reload the page.";
const say = words => { if (live.textContent !== words) live.textContent = words; };

function listen() {
  const events = new EventSource(rows.dataset.events);
  events.onopen = () => say("Live.");
  events.onmessage = event => {
    const focused = rows.contains(document.activeElement) ? document.activeElement.id : "";
    rows.innerHTML = event.data;
    if (focused) document.getElementById(focused)?.focus();
  };
  events.onerror = () => {
    say(LOST);
    // A browser asks again by itself, but not where something else answered, as the proxy does without the hub.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

listen();
