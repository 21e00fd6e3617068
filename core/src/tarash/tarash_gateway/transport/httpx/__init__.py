"""The default transports, on httpx and its layer httpcore. No other folder imports these libraries."""
