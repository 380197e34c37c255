namespace Crux.Machines.Flock;

/// <summary>What a flock machine did since it was made.</summary>
public sealed class FlockCounters
{
    private const int Kinds = 64;

    private readonly long[] _datagramsOf = new long[Kinds];
    private readonly long[] _bytesOf = new long[Kinds];
    private readonly long[] _rejected = new long[Enum.GetValues<RejectReason>().Length];

    /// <summary>Datagrams that were read and used.</summary>
    public long Accepted { get; internal set; }

    /// <summary>Datagrams made.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams made of one kind of message; the numbers are those of <c>docs/protocols/flock.md</c>.</summary>
    public long DatagramsOf(int kind) => _datagramsOf[kind];

    /// <summary>Their bytes, without the headers of the network.</summary>
    public long BytesOf(int kind) => _bytesOf[kind];

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

    internal void CountSent(byte kind, int bytes)
    {
        Sent++;
        _datagramsOf[kind % Kinds]++;
        _bytesOf[kind % Kinds] += bytes;
    }

    internal void Reject(RejectReason reason) => _rejected[(int)reason]++;
}
