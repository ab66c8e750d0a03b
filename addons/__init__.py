"""mitmproxy's door: flows -> requests, exchanges -> flows. It translates and decides nothing."""
