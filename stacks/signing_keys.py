"""The keys that sign access tokens."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.functions import SIGN, Access
from stacks.grants import allow
from stacks.stage import Stage

_SECOND_THOUGHTS = cdk.Duration.days(7)  # KMS waits no shorter; a key that waits for its end signs nothing


class SigningKeys(Construct):
    """One KMS key for each number that the stage names (docs/adr/0021).

    They stand beside the functions, as CloudFormation takes away what a stack has no more only after everything else in
    it has changed. No stage keeps one that it does not name: nothing is sealed under it, and it could still sign.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Signing")
        self._keys = [
            kms.Key(
                self,
                number,
                description=f"Wachter {stage.name}: signs access tokens ({number})",
                key_spec=kms.KeySpec.RSA_2048,
                key_usage=kms.KeyUsage.SIGN_VERIFY,
                removal_policy=cdk.RemovalPolicy.DESTROY,
                pending_window=_SECOND_THOUGHTS,
            )
            for number in stage.signing_keys
        ]
        self.arns = ",".join(key.key_arn for key in self._keys)

    def grant(self, role: iam.Role, access: Access) -> None:
        """Let a role do what its access names, but sign with the first key alone."""
        checking = [action for action in access.signing_keys if action != SIGN]
        for key in self._keys if access.signing_keys else ():
            allow(role, key.key_arn, *(access.signing_keys if key is self._keys[0] else checking))
