"""Two children's school morning in Apeldoorn, told by watches that speak the real protocol over real sockets."""
