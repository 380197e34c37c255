using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crux.Daemon.Check;

/// <summary>A whole check-up, as <c>--json</c> prints it.</summary>
/// <param name="Ok">Whether nothing failed.</param>
/// <param name="Findings">In the order in which they were checked.</param>
internal sealed record CheckReport(bool Ok, IReadOnlyList<Finding> Findings)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        WriteIndented = true,
        // It goes to a terminal or a program, never into a page: quotes stay quotes.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Form);
}
