namespace Crux.Machines.Registry;

/// <summary>The steward has lost track of the reeve: send a snapshot.</summary>
/// <param name="Token">Orders the words of stewards.</param>
public sealed record ResyncPush(GroupToken Token) : StewardPush(Token);
