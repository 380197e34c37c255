using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crux.Cli.Json;

/// <summary>The one form of all JSON that <c>crux</c> writes: camelCase, one line, every key always there.</summary>
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(MembersJson))]
[JsonSerializable(typeof(ServicesJson))]
[JsonSerializable(typeof(LookupJson))]
[JsonSerializable(typeof(HealthJson))]
[JsonSerializable(typeof(LeaderAnswerJson))]
[JsonSerializable(typeof(BootJson))]
[JsonSerializable(typeof(EventJson))]
[JsonSerializable(typeof(LogLevelsJson))]
[JsonSerializable(typeof(SecretJson))]
[JsonSerializable(typeof(SecretReplacedJson))]
[JsonSerializable(typeof(KeysJson))]
[JsonSerializable(typeof(KeyTurnJson))]
[JsonSerializable(typeof(AdmissionJson))]
[JsonSerializable(typeof(OrderJson))]
[JsonSerializable(typeof(CompletionJson))]
[JsonSerializable(typeof(SimRunJson))]
[JsonSerializable(typeof(SimSweepJson))]
[JsonSerializable(typeof(SimListJson))]
[JsonSerializable(typeof(SimAnchorJson))]
[JsonSerializable(typeof(AttributesJson))]
[JsonSerializable(typeof(NewIdentityJson))]
[JsonSerializable(typeof(FlockJson))]
[JsonSerializable(typeof(AbsorbJson))]
[JsonSerializable(typeof(RefoundJson))]
[JsonSerializable(typeof(DoctorJson))]
[JsonSerializable(typeof(RulesJson))]
[JsonSerializable(typeof(RuleChangesJson))]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(WhyJson))]
[JsonSerializable(typeof(CallsJson))]
[JsonSerializable(typeof(ProposalsJson))]
[JsonSerializable(typeof(OperatorsJson))]
[JsonSerializable(typeof(OperatorChangeJson))]
[JsonSerializable(typeof(OperatorKeyJson))]
[JsonSerializable(typeof(ErrorAnswerJson))]
internal sealed partial class CruxJson : JsonSerializerContext
{
    // Relaxed: these lines go to programs and terminals, never into a web page.
    private static readonly CruxJson Form = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Text<T>(T answer) => JsonSerializer.Serialize(answer, typeof(T), Form);
}
