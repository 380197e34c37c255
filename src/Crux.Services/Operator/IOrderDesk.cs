using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;

namespace Crux.Services.Operator;

/// <summary>Where an operator's signed orders are handed in: the flock's driver, or a desk that a test states.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IOrderDesk
{
    /// <summary>Whom an order has to be for.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<FlockAuthority> GetAuthorityAsync(CancellationToken cancellationToken);

    /// <summary>What the node knows of its flock beyond the members.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<FlockStanding> LookAsync(CancellationToken cancellationToken);

    /// <summary>Asks an address whether a node of this flock is there. Takes up to two seconds.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<ProbeResult> ProbeAsync(NetAddress address, CancellationToken cancellationToken);

    /// <summary>The attributes of this node and of the members that told theirs within a second.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<IReadOnlyList<NodeAttributes>> GatherAttributesAsync(CancellationToken cancellationToken);

    /// <summary>Has the names and keys of all members fetched, and waits a second for them; tells how many are missing then.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<int> MeetEverybodyAsync(CancellationToken cancellationToken);

    /// <summary>Sets an attribute of this node, or takes it back where <paramref name="value"/> is null.</summary>
    /// <returns>What is wrong, and what would be right; null where nothing is.</returns>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<string?> SetAttributeAsync(string key, string? value, CancellationToken cancellationToken);

    /// <summary>What an order to refound would say if it were given now; else why none is needed.</summary>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<(RefoundTerms? Terms, string? Problem)> PlanRefoundingAsync(CancellationToken cancellationToken);

    /// <summary>Hands an order in.</summary>
    /// <returns>Why it is not taken, and what to do; null where it is.</returns>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, CancellationToken cancellationToken);

    /// <summary>Waits until the attributes and orders that this node took are on its disk for good.</summary>
    /// <returns>What is in the way where they are not after three seconds; null where they are.</returns>
    /// <exception cref="InvalidOperationException">The node stops or is too busy; the message says which.</exception>
    Task<string?> FindUnwrittenAsync(CancellationToken cancellationToken);
}
