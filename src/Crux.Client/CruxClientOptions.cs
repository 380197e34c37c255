using System.ComponentModel.DataAnnotations;

namespace Crux.Client;

/// <summary>How a client finds instances and how far it goes to place a call. Bound from <c>Crux:*</c> and checked at start.</summary>
public sealed class CruxClientOptions
{
    /// <summary>Where the daemon on every node listens unless told otherwise.</summary>
    public const string DefaultSocket = "/run/crux/reeve.sock";

    /// <summary>The Unix socket of the local reeve. Default <c>/run/crux/reeve.sock</c>.</summary>
    [Required(ErrorMessage = "Crux:Socket is empty: name the local reeve's Unix socket, such as " + DefaultSocket + ".")]
    public string Socket { get; set; } = DefaultSocket;

    /// <summary>What the process is called in its identity, and in an operator's rules. Default: the first service that it serves, else the program's name.</summary>
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", ErrorMessage = "Crux:ClientName needs " + NameRules.InWords + ".")]
    public string? ClientName { get; set; }

    /// <summary>Time between two look-ups that heal a push that was lost. Default 10 s; from 0 (push only) to 1 h.</summary>
    [TimeSpanRange("00:00:00", "01:00:00", ErrorMessage = "Crux:RescanPeriod must be from 0 (push only) to 01:00:00.")]
    public TimeSpan RescanPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The deadline of a unary call that sets none, and the longest that a streaming call without a deadline waits for an instance.
    /// Default 30 s; from 10 ms to 1 h.
    /// </summary>
    [TimeSpanRange("00:00:00.010", "01:00:00", ErrorMessage = "Crux:DefaultDeadline must be from 00:00:00.010 to 01:00:00.")]
    public TimeSpan DefaultDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call may be placed in all, the first time included. Default 5; from 1 to 20.</summary>
    [Range(1, 20, ErrorMessage = "Crux:MaxAttempts must be from 1 to 20.")]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How many instances of the best tier a channel connects to. Default 8; from 1 to 64.</summary>
    [Range(1, 64, ErrorMessage = "Crux:MaxConnections must be from 1 to 64.")]
    public int MaxConnections { get; set; } = 8;

    /// <summary>How long a connection may take until it has carried its first answer. Default 3 s; from 50 ms to 1 min.</summary>
    [TimeSpanRange("00:00:00.050", "00:01:00", ErrorMessage = "Crux:ConnectTimeout must be from 00:00:00.050 to 00:01:00.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Silence on a connection after which it is pinged. Default 2 s; from 1 s to 10 min.</summary>
    [TimeSpanRange("00:00:01", "00:10:00", ErrorMessage = "Crux:KeepAliveDelay must be from 00:00:01 to 00:10:00.")]
    public TimeSpan KeepAliveDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a ping may stay unanswered until the connection counts as lost. Default 3 s; from 1 s to 10 min.</summary>
    [TimeSpanRange("00:00:01", "00:10:00", ErrorMessage = "Crux:KeepAliveTimeout must be from 00:00:01 to 00:10:00.")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Pause before the reeve is tried again, spread by half either way. Default 200 ms; from 10 ms to 1 min.</summary>
    /// <remarks>What a process uses first for a socket holds for all its clients and services there, which share one link.</remarks>
    [TimeSpanRange("00:00:00.010", "00:01:00", ErrorMessage = "Crux:ReconnectPause must be from 00:00:00.010 to 00:01:00.")]
    public TimeSpan ReconnectPause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long instances and nodes that a restarted reeve doesn't know yet are kept. Default 30 s; from 0 to 10 min.
    /// </summary>
    /// <remarks>What a process uses first for a socket holds for all its clients and services there, which share one link.</remarks>
    [TimeSpanRange("00:00:00", "00:10:00", ErrorMessage = "Crux:HoldPeriod must be from 0 to 00:10:00.")]
    public TimeSpan HoldPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where keys were replaced, connections are renewed within this time, spread, so that not everybody's come at the same moment.
    /// Default 5 s; from 0 to 10 min.
    /// </summary>
    [TimeSpanRange("00:00:00", "00:10:00", ErrorMessage = "Crux:RenewalSpread must be from 0 to 00:10:00.")]
    public TimeSpan RenewalSpread { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Methods that may be repeated although their proto doesn't say so, as <c>package.Service/Method</c>. Better:
    /// <c>option idempotency_level</c> in the proto, which is found by itself.
    /// </summary>
    public ISet<string> IdempotentMethods { get; } = new HashSet<string>(StringComparer.Ordinal);
}
