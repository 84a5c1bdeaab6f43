"""What CloudFormation knows nothing of: the applications by which SNS rings phones."""
