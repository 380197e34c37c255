namespace Crux.Bench;

/// <summary>What an agent says in its log about one member of its group.</summary>
/// <param name="Address">The member's.</param>
/// <param name="IsThere">It came, or it went.</param>
internal readonly record struct Sighting(string Address, bool IsThere);
