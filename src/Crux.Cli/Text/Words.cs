using System.Globalization;
using Crux.Cli.Json;
using Crux.Protos;

namespace Crux.Cli.Text;

/// <summary>The protocol's values in the words that tables and JSON share.</summary>
internal static class Words
{
    /// <summary>Digits that people are shown of a lineage; they begin the uuid of a sealed flock too.</summary>
    private const int LineageDigits = 8;

    public static string Of(StewardState state) => state switch
    {
        StewardState.Absent => "absent",
        StewardState.Rebuilding => "rebuilding",
        StewardState.Ready => "ready",
        _ => "unknown",
    };

    public static string Of(Status status) => status switch
    {
        Status.Serving => "serving",
        Status.Degraded => "degraded",
        Status.Unhealthy => "unhealthy",
        Status.Draining => "draining",
        _ => "unknown",
    };

    public static string Of(Proximity proximity) => proximity switch
    {
        Proximity.SameNode => "sameNode",
        Proximity.SameRack => "sameRack",
        Proximity.Elsewhere => "elsewhere",
        _ => "unknown",
    };

    public static string Of(BootState state) => state switch
    {
        BootState.Pending => "pending",
        BootState.Waiting => "waiting",
        BootState.Starting => "starting",
        BootState.Done => "done",
        BootState.Failed => "failed",
        BootState.Idle => "idle",
        _ => "unknown",
    };

    /// <summary>How sure it is that nobody else leads.</summary>
    public static string GradeOf(GetStatusReply status) => status.LeaderFenced ? "fenced" : "provisional";

    /// <summary>The term, and where voters elected the leader the lineage, in short, and its lease as this node knows it.</summary>
    public static string TermOf(GetStatusReply status) => !status.LeaderFenced
        ? $"term {status.Token.Term}"
        : $"term {status.Token.Term} of lineage {TokenJson.Of(status.Token).Lineage[..LineageDigits]}, lease {(status.LeaseLeft is { } left ? $"{SpanText.Brief(left.ToTimeSpan())} left" : "claimed")}";

    public static Cell Painted(StewardState state) => new(Of(state), state switch { StewardState.Ready => Tone.Good, StewardState.Rebuilding => Tone.Warn, _ => Tone.Bad });

    public static Cell Painted(Status status) => new(Of(status), status switch { Status.Serving => Tone.Good, Status.Unhealthy => Tone.Bad, _ => Tone.Warn });

    public static Cell Painted(BootState state) => new(Of(state), state switch { BootState.Done => Tone.Good, BootState.Failed => Tone.Bad, BootState.Idle => Tone.Faint, _ => Tone.Warn });

    /// <summary>Why an answer may be less than all, for people; empty where it is all.</summary>
    public static string About(StewardState steward, string note) => steward switch
    {
        _ when note.Length > 0 => $"{char.ToUpperInvariant(note[0])}{note[1..].TrimEnd('.')}.{(steward == StewardState.Ready ? "" : " See 'crux leader'.")}",
        StewardState.Absent => "Steward is away: this is what this node last heard. See 'crux leader'.",
        StewardState.Rebuilding => "Steward is being rebuilt: this is true, and not yet everything. See 'crux leader'.",
        _ => "",
    };

    public static string Bytes(ulong bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => $"{bytes} B",
    };

    public static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    /// <summary>UTC, to the millisecond, as ISO 8601.</summary>
    public static string At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
