using System.ComponentModel.DataAnnotations;
using Crux.Client.Hosting;

namespace Crux.Client;

/// <summary>How a service listens, beats and leaves. Bound from <c>Crux:*</c> and checked at start.</summary>
public sealed class CruxServiceOptions : IValidatableObject
{
    /// <summary>A beat holds for this many periods.</summary>
    internal const int BeatsOfValidity = 3;

    private const int MaxCallers = 64;

    // The node holds no beat for less.
    private static readonly TimeSpan ShortestValidity = TimeSpan.FromSeconds(1);

    /// <summary>The Unix socket of the local reeve. Default <c>/run/crux/reeve.sock</c>.</summary>
    [Required(ErrorMessage = "Crux:Socket is empty: name the local reeve's Unix socket, such as " + CruxClientOptions.DefaultSocket + ".")]
    public string Socket { get; set; } = CruxClientOptions.DefaultSocket;

    /// <summary>Address and port to listen on; port 0 takes a free one, and <c>*</c> is every address of the machine, IPv6 and IPv4. Default <c>*:0</c>.</summary>
    public string Bind { get; set; } = "*:0";

    /// <summary>The group to register in. Default: empty, the flock's own.</summary>
    public string Group { get; set; } = "";

    /// <summary>
    /// Names this life of the process in the registry; set it where a restarted service should take its predecessor's place at once.
    /// Default: a new one each start.
    /// </summary>
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", ErrorMessage = "Crux:InstanceId needs " + NameRules.InWords + ".")]
    public string? InstanceId { get; set; }

    /// <summary>Time between two heartbeats; a beat holds for three of them. Default 5 s; from 50 ms to 10 min.</summary>
    [TimeSpanRange("00:00:00.050", "00:10:00", ErrorMessage = "Crux:HeartbeatPeriod must be from 00:00:00.050 to 00:10:00.")]
    public TimeSpan HeartbeatPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the health checks may take; later than that there is no beat. Default 2 s; from 10 ms to 10 min, and less than three heartbeats.</summary>
    [TimeSpanRange("00:00:00.010", "00:10:00", ErrorMessage = "Crux:HealthDeadline must be from 00:00:00.010 to 00:10:00.")]
    public TimeSpan HealthDeadline { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that a service keeps accepting calls after it was asked to quit. Default 10 s; from 0 to 1 h.</summary>
    [TimeSpanRange("00:00:00", "01:00:00", ErrorMessage = "Crux:DrainGrace must be from 0 to 01:00:00.")]
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A draining service leaves once no call ran or came for this long. Default 500 ms; from 0 to 1 min.</summary>
    [TimeSpanRange("00:00:00", "00:01:00", ErrorMessage = "Crux:DrainQuiet must be from 0 to 00:01:00.")]
    public TimeSpan DrainQuiet { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Pause before the reeve is tried again, spread by half either way. Default 200 ms; from 10 ms to 1 min.</summary>
    /// <remarks>What a process uses first for a socket holds for all its clients and services there, which share one link.</remarks>
    [TimeSpanRange("00:00:00.010", "00:01:00", ErrorMessage = "Crux:ReconnectPause must be from 00:00:00.010 to 00:01:00.")]
    public TimeSpan ReconnectPause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nodes that a restarted reeve doesn't know yet are still trusted. Default 30 s; from 0 to 10 min.</summary>
    /// <remarks>What a process uses first for a socket holds for all its clients and services there, which share one link.</remarks>
    [TimeSpanRange("00:00:00", "00:10:00", ErrorMessage = "Crux:HoldPeriod must be from 0 to 00:10:00.")]
    public TimeSpan HoldPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a service's next key is published before it is shown; the longest that a client may be behind the registry's news.
    /// Default 30 s; from 0 to 10 min.
    /// </summary>
    [TimeSpanRange("00:00:00", "00:10:00", ErrorMessage = "Crux:KeyOverlap must be from 0 to 00:10:00.")]
    public TimeSpan KeyOverlap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The artifact that runs, <c>sha256:...</c>. Default: empty.</summary>
    public string Artifact { get; set; } = "";

    /// <summary>Labels that go into the registry with each point. Default: none.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Whom the service's author expects to call it: <c>web</c>, or <c>batch/web</c> of another group. It allows nothing and refuses nobody; the
    /// operator sees it with <c>crux trust learn</c>. Default: none said. At most 64.
    /// </summary>
    public IList<string> Callers { get; } = [];

    /// <summary>Checks what no attribute can say.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!BindAddress.TryParse(Bind, out _))
            yield return new ValidationResult($"Crux:Bind is '{Bind}': it must be an address and a port, such as *:0, 10.1.0.7:8443 or [fd00:1::7]:8443.", [nameof(Bind)]);
        var validity = HeartbeatPeriod * BeatsOfValidity;
        if (validity < ShortestValidity)
            validity = ShortestValidity;
        if (HealthDeadline >= validity)
            yield return new ValidationResult(
                $"Crux:HealthDeadline is {HealthDeadline}: it must be less than the {validity} that a heartbeat holds, or a slow check takes the service off the list; lower it, or raise Crux:HeartbeatPeriod.",
                [nameof(HealthDeadline), nameof(HeartbeatPeriod)]);
        if (Callers.Count > MaxCallers)
            yield return new ValidationResult($"Crux:Callers names {Callers.Count}: at most {MaxCallers}.", [nameof(Callers)]);
        foreach (var caller in Callers)
        {
            if (!TrustParty.TryParse(caller, TrustParty.Any, out _, out var problem))
                yield return new ValidationResult($"Crux:Callers: {problem}", [nameof(Callers)]);
        }
        if (Group.Length > 0 && !NameRules.Holds(Group))
            yield return new ValidationResult($"Crux:Group is '{Group}': it needs {NameRules.InWords}.", [nameof(Group)]);
    }
}
