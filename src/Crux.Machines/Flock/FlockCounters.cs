namespace Crux.Machines.Flock;

/// <summary>What a flock machine did since it was made.</summary>
public sealed class FlockCounters
{
    private readonly long[] _rejected = new long[Enum.GetValues<RejectReason>().Length];

    /// <summary>Datagrams that were read and used.</summary>
    public long Accepted { get; internal set; }

    /// <summary>Datagrams made.</summary>
    public long Sent { get; internal set; }

    /// <summary>Probes of unknown addresses among <see cref="Sent"/>.</summary>
    public long Probed { get; internal set; }

    /// <summary>Doubts that this node raised or joined.</summary>
    public long Doubts { get; internal set; }

    /// <summary>Alarms that this node signed.</summary>
    public long Alarms { get; internal set; }

    /// <summary>Signatures checked.</summary>
    public long Verifications { get; internal set; }

    /// <summary>Exchanges of views begun because two hashes differed.</summary>
    public long Syncs { get; internal set; }

    /// <summary>Times this node had to take a higher incarnation because others thought it gone.</summary>
    public long Refutations { get; internal set; }

    /// <summary>Datagrams rejected, over all reasons.</summary>
    public long RejectedTotal
    {
        get
        {
            var total = 0L;
            foreach (var count in _rejected)
                total += count;
            return total;
        }
    }

    /// <summary>Datagrams rejected for one reason.</summary>
    public long Rejected(RejectReason reason) => _rejected[(int)reason];

    internal void Reject(RejectReason reason) => _rejected[(int)reason]++;
}
