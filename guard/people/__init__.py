"""Who asks, as the network knows it: credentials, directories, front proxies, addresses -> Actor."""
