"""The asyncio TCP server that watches speak to."""
