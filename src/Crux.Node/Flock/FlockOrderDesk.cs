using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;
using Crux.Services.Operator;

namespace Crux.Node.Flock;

/// <summary>Hands an operator's orders to the flock's loop.</summary>
internal sealed class FlockOrderDesk(FlockDriver flock) : IOrderDesk
{
    /// <summary>Clones remembered: an operator cures one after the other.</summary>
    public const int MaxClones = 8;

    /// <summary>Looks at whether the members' attributes have come, and the time between two.</summary>
    public const int GatherLooks = 20;

    /// <inheritdoc cref="GatherLooks"/>
    public static readonly TimeSpan GatherPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an operator waits for a disk.</summary>
    public static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(3);

    private IReadOnlyList<CloneSeen> _clones = [];
    private string? _aside;

    /// <summary>Remembers what the doctor asks for later. From one thread at a time.</summary>
    public void Note(FlockEvent news)
    {
        if (news is CloneSeen clone && !_clones.Contains(clone))
            _clones = [.. _clones.TakeLast(MaxClones - 1), clone];
        if (news is PutAside aside)
            _aside = aside.Text;
    }

    public Task<FlockAuthority> GetAuthorityAsync(CancellationToken cancellationToken) =>
        flock.AskAsync((machine, _, _) => machine.Authority).WaitAsync(cancellationToken);

    public Task<FlockStanding> LookAsync(CancellationToken cancellationToken) => flock.AskAsync((machine, now, _) => new FlockStanding(
        machine.Sealing, machine.Foreigners, machine.Unread, machine.Neighbourhood.Ranges, machine.Neighbourhood.Port, machine.OrderCount, machine.Attributes[0].Values, _clones, now) { Contacts = machine.Neighbourhood.Contacts, Aside = _aside, NotWritten = flock.NotWritten, Election = machine.Election }).WaitAsync(cancellationToken);

    public Task<ProbeResult> ProbeAsync(NetAddress address, CancellationToken cancellationToken) => FlockProbe.AskAsync(flock, address, cancellationToken);

    public async Task<IReadOnlyList<NodeAttributes>> GatherAttributesAsync(CancellationToken cancellationToken)
    {
        for (var look = 0; look < GatherLooks; look++)
        {
            if (await flock.AskAsync((machine, now, outbox) => machine.WantAttributes(now, outbox)).WaitAsync(cancellationToken) == 0)
                break;
            await Task.Delay(GatherPeriod, cancellationToken);
        }
        return await flock.AskAsync((machine, _, _) => machine.Attributes).WaitAsync(cancellationToken);
    }

    public async Task<int> MeetEverybodyAsync(CancellationToken cancellationToken)
    {
        var missing = await flock.SeekAsync([], everybody: true).WaitAsync(cancellationToken);
        for (var look = 0; look < GatherLooks && missing > 0; look++)
        {
            await Task.Delay(GatherPeriod, cancellationToken);
            missing = await flock.SeekAsync([], everybody: true).WaitAsync(cancellationToken);
        }
        return missing;
    }

    public Task<string?> SetAttributeAsync(string key, string? value, CancellationToken cancellationToken) =>
        flock.AskAsync((machine, now, outbox) => machine.SetAttribute(now, key, value, outbox)).WaitAsync(cancellationToken);

    public Task<(RefoundTerms? Terms, string? Problem)> PlanRefoundingAsync(CancellationToken cancellationToken) =>
        flock.AskAsync((machine, now, _) => machine.PlanRefounding(now)).WaitAsync(cancellationToken);

    public Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, CancellationToken cancellationToken) =>
        flock.AskAsync((machine, now, outbox) => machine.PlaceOrder(now, order.Span, outbox)).WaitAsync(cancellationToken);

    public async Task<string?> FindUnwrittenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(flock.WrittenAsync(DurableKind.Attributes), flock.WrittenAsync(DurableKind.Orders)).WaitAsync(DiskPatience, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return flock.WhyNotWritten(DurableKind.Orders) ?? flock.WhyNotWritten(DurableKind.Attributes)
                ?? $"This node's disk has not taken it in {DiskPatience.TotalSeconds:0} seconds.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("This node stopped before it was on disk.");
        }
    }
}
