namespace Crux.Node.Security;

/// <summary>A feature of connections that came from a distance with an operator's key. What that key may is asked at each call.</summary>
/// <param name="Key">What stands for the key.</param>
internal sealed record OperatorSession(UInt128 Key);
