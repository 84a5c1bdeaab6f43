"""What the templates of a stage say that has neither phones, mail, TLS nor watches from the internet."""

from tests.stacks.conftest import BARE, Templates


def test_where_push_is_off_an_alarm_stands_that_nothing_but_a_credential_ends(bare: Templates) -> None:
    alarms = {alarm.properties["AlarmName"]: alarm.properties for alarm in bare.of("AWS::CloudWatch::Alarm")}
    assert set(alarms) == {"wachter-test-push-apns-is-off", "wachter-test-push-fcm-is-off"}
    for alarm in alarms.values():
        assert alarm["TreatMissingData"] == "breaching"
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert not [it for it in bare.all() if it.kind == "Custom::PushApplication"]


def test_a_function_is_told_of_nothing_that_the_stage_lacks_and_starts_without_a_snapshot(bare: Templates) -> None:
    for function in bare.of("AWS::Lambda::Function"):
        given = function.properties["Environment"]["Variables"]
        assert not given.keys() & {"WACHTER_PUSH_APNS", "WACHTER_PUSH_FCM", "WACHTER_MAIL_FROM", "WACHTER_APP_URL"}
        assert "SnapStart" not in function.properties
    assert not [it for it in bare.all() if it.kind in {"AWS::SES::EmailIdentity", "AWS::Lambda::Alias"}]


def test_watches_of_an_operators_network_meet_no_door_on_the_internet(bare: Templates) -> None:
    (balancer,) = bare.of("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer.properties["Scheme"] == "internal"
    assert not [it for it in bare.all() if it.kind == "AWS::EC2::InternetGateway"]
    let_in = {
        rule["CidrIp"]
        for group in bare.of("AWS::EC2::SecurityGroup")
        for rule in group.properties.get("SecurityGroupIngress", [])
    }
    assert let_in == {BARE["watch-networks"]}
    (task,) = bare.of("AWS::ECS::TaskDefinition")
    (container,) = task.properties["ContainerDefinitions"]
    settings = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert (settings["WACHTER_TRUST_UNPROVEN"], settings["WACHTER_WATCH_NETWORKS"]) == ("no", BARE["watch-networks"])
