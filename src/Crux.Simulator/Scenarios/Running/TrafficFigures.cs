namespace Crux.Simulator.Scenarios.Running;

/// <summary>What nodes sent in a while: in all for a cold start, in a second at rest.</summary>
/// <param name="Seconds">How long was measured.</param>
/// <param name="Datagrams">Per node.</param>
/// <param name="Bytes">Per node, UDP payload.</param>
/// <param name="BytesWithHeaders">The same with 42 bytes of Ethernet, IPv4 and UDP for each datagram.</param>
public sealed record TrafficFigures(double Seconds, Spread Datagrams, Spread Bytes, Spread BytesWithHeaders);
