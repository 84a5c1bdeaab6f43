"""A host name of the stage's own before an API."""

from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct


def own_domain(scope: Construct, name: str) -> gateway.DomainName:
    """Make a regional domain, TLS 1.2 or newer; its certificate waits for the DNS records that ACM shows."""
    return gateway.DomainName(
        scope,
        "Domain",
        domain_name=name,
        certificate=acm.Certificate(
            scope, "Certificate", domain_name=name, validation=acm.CertificateValidation.from_dns()
        ),
        security_policy=gateway.SecurityPolicy.TLS_1_2,
    )
