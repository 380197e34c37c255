namespace Crux.Services.Reeve;

/// <summary>
/// How long a reeve lets a new leader stand before it turns to it. All reeves of a flock turn at the same moment, and each costs the
/// steward a handshake; and where leaders follow each other quickly, on machines that are starved while they start, turning to each of
/// them is what starves them.
/// </summary>
internal sealed class LeaderPace
{
    /// <summary>The wait for the first leader is spread over this; twice as long for each that follows within <see cref="Calm"/>.</summary>
    public static readonly TimeSpan FirstSpread = TimeSpan.FromMilliseconds(50);

    /// <summary>And so much longer for each member: some thousand handshakes a second is what one steward bears.</summary>
    public static readonly TimeSpan SpreadPerMember = TimeSpan.FromMilliseconds(1);

    /// <summary>No wait is spread over more.</summary>
    public static readonly TimeSpan MaxSpread = TimeSpan.FromSeconds(10);

    /// <summary>A leader that followed none for so long is waited for as the first.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);

    private Instant? _changedAt;
    private int _changes;

    /// <summary>A leader has come: the longest that one may wait before turning to it.</summary>
    public TimeSpan SpreadFor(Instant now, int members)
    {
        _changes = _changedAt is { } before && now - before < Calm ? _changes + 1 : 0;
        _changedAt = now;
        var spread = (FirstSpread * Math.Pow(2, Math.Min(_changes, 16))) + (SpreadPerMember * members);
        return spread < MaxSpread ? spread : MaxSpread;
    }
}
