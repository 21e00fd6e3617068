"""The default transports: HTTP/1.1 by h11, sockets and proxies by httpcore, the rules of httpx. No other folder imports these."""
