namespace Crux.Cli.Json;

/// <summary><c>crux secret new --json</c>: where the files are; never what is in them.</summary>
internal sealed record SecretJson(string Name, string FlockFile, string OperatorKeyFile, string Fingerprint);
