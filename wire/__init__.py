"""The watch protocol of the SeTracker family, both directions: sans-I/O, standard library only.

Sources, by the letters used throughout this package: A vendor protocol text V4.1 (2G/3G); B vendor text V3.2 (4G);
C the "Beesure / SeTracker server protocol" page; D public watch firmware in C; E other open servers; F captures and
reports in public issue threads; T the observed behaviour of Traccar 6.14.5; = our own rule.
"""
