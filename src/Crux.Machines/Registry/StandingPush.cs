namespace Crux.Machines.Registry;

/// <summary>How the steward stands.</summary>
/// <param name="Token">Orders the words of stewards.</param>
/// <param name="Phase">What it can say by now.</param>
/// <param name="Heard">How many nodes have told it what they have.</param>
/// <param name="Expected">How many there are to hear.</param>
public sealed record StandingPush(GroupToken Token, StewardPhase Phase, int Heard, int Expected) : StewardPush(Token);
