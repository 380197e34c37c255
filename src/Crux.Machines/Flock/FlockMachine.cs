using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock;

/// <summary>
/// Every decision of one node's part in the flock: whom to look for, whom to believe, who is gone, who leads. It takes time and
/// bytes as arguments and hands back datagrams and events; the same inputs give the same outputs.
/// </summary>
/// <remarks>One owner calls it. After every call read <see cref="NextDeadline"/> and <see cref="Snapshot"/> again.</remarks>
public sealed class FlockMachine : IDisposable
{
    /// <summary>Starts at <paramref name="now"/>, alone. Call <see cref="Tick"/> at once: the first deadline is now.</summary>
    /// <param name="self">Who this node is.</param>
    /// <param name="credentials">What lets it ask to join.</param>
    /// <param name="options">The rules in numbers.</param>
    /// <param name="signer">Signs as this node.</param>
    /// <param name="ciphers">Makes ciphers.</param>
    /// <param name="seed">Starts all its randomness.</param>
    /// <param name="now">The owner's clock.</param>
    public FlockMachine(
        FlockSelf self, FlockCredentials credentials, FlockOptions options, INodeSigner signer, IFrameCipherSource ciphers, ulong seed, Instant now)
    {
        Counters = new FlockCounters();
        NextDeadline = now;
        Snapshot = new GroupSnapshot
        {
            Group = credentials.Name,
            Self = self.Id,
            Members = [new Member { Id = self.Id, Name = self.Name, Address = self.Address, Incarnation = 1, Rack = self.Rack }],
        };
    }

    /// <summary>When <see cref="Tick"/> must be called at the latest; a later call is noticed and means that this node was stalled.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>The flock as this node sees it; a new object on every change.</summary>
    public GroupSnapshot Snapshot { get; }

    /// <summary>What it did so far.</summary>
    public FlockCounters Counters { get; }

    /// <summary>Takes a datagram. Whatever its bytes are, it never throws.</summary>
    public void Receive(Instant now, NetAddress from, ReadOnlySpan<byte> datagram, FlockOutbox outbox)
    {
        NextDeadline = Instant.Never;
    }

    /// <summary>Does what is due. Calling it early does no harm.</summary>
    public void Tick(Instant now, FlockOutbox outbox)
    {
        NextDeadline = Instant.Never;
    }

    /// <summary>Says goodbye to everybody. After this the machine takes nothing and sends nothing.</summary>
    public void Leave(Instant now, FlockOutbox outbox)
    {
        NextDeadline = Instant.Never;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
