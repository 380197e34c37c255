namespace Crux.Machines.Registry;

/// <summary>What a steward tells a reeve.</summary>
/// <param name="Token">Orders the words of stewards.</param>
public abstract record StewardPush(GroupToken Token);
