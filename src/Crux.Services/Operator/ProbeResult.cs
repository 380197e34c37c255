using Crux.Machines.Flock.Authority;

namespace Crux.Services.Operator;

/// <summary>What an address did when it was asked.</summary>
/// <param name="Udp">What came of the datagrams.</param>
/// <param name="Tcp">What came of a connection to the same port.</param>
/// <param name="Stranger">Who answered, where it named itself as another flock of the same secret.</param>
public sealed record ProbeResult(ProbeOutcome Udp, ProbeOutcome Tcp, ForeignSighting? Stranger);
