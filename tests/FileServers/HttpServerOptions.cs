namespace Ahenk.FileServers;

/// <summary>How an HTTP server for tests is set up.</summary>
public sealed record HttpServerOptions
{
    /// <summary>Certificate and key as one PEM file: HTTPS; <see langword="null"/>: HTTP.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>User and password, with a colon between, that every request needs; <see langword="null"/>: none.</summary>
    public string? Credentials { get; init; }

    /// <summary>Whether files can be uploaded.</summary>
    public bool TakesUploads { get; init; } = true;
}
