using Crux.Machines.Flock;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

/// <summary>One machine in a <see cref="TestFlock"/>, and what it said so far.</summary>
internal sealed class TestNode(FlockMachine machine, FlockSelf self)
{
    public FlockMachine Machine { get; } = machine;

    public FlockSelf Self { get; } = self;

    public NetAddress Address => Self.Address;

    public NodeId Id => Self.Id;

    public FlockOutbox Outbox { get; } = new();

    /// <summary>Writes under way, and when each is on disk.</summary>
    public List<(Instant At, DurableWrite Write)> Writes { get; } = [];

    public List<(Instant At, FlockEvent News)> Events { get; } = [];

    /// <summary>A dead node neither hears nor speaks; a frozen one will again.</summary>
    public bool IsDead { get; set; }

    public bool IsFrozen { get; set; }

    /// <summary>Nodes of different islands don't hear each other.</summary>
    public int Island { get; set; }

    public bool IsDeaf { get; set; }

    public GroupSnapshot View => Machine.Snapshot;

    public int Alive => View.Members.Count(member => member.Status == MemberStatus.Alive);
}
