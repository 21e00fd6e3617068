"""The default transports, on httpx. No other folder imports that library."""
