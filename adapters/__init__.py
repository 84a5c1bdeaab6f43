"""How the outside world is reached: boto3, pynamodb, jwt and cryptography live here only."""
