namespace Crux.Cli.Commands;

/// <summary>Whose keys are taken back, as it was written.</summary>
/// <param name="Nodes">Where.</param>
/// <param name="Service">An instance or a client's name.</param>
/// <param name="To">Whom the keys call; empty for everybody.</param>
/// <param name="ForGood">Whether new keys are void too.</param>
internal sealed record RevokedService(string[] Nodes, string Service, string To, bool ForGood);
